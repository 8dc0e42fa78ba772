export const day = {
  title: '我的一天',
}
