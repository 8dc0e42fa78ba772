export const record = {
  title: '档案',
}
