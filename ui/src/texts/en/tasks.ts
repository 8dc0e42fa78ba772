export const tasks = {
  title: 'The 28 tasks',
}
