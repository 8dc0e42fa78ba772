export const wall = {
  title: '总览',
}
