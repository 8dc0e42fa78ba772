export const record = {
  title: '档案',
  yuan: '元',
  comma: '、',
}
