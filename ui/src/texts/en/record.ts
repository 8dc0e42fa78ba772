export const record = {
  title: 'Record',
  yuan: 'CNY',
  comma: ', ',
}
