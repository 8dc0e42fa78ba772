export const wall = {
  title: 'Overview',
}
