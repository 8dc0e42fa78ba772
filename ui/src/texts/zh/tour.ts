export const tour = {
  title: '体验 10 分钟',
}
