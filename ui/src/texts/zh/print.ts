export const print = {
  title: '打印',
}
