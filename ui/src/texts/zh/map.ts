export const map = {
  title: '一张图',
}
