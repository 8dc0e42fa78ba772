export const tasks = {
  title: '数字乡村 28 项',
}
