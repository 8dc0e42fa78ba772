export const wall = {
  title: 'Overview',
  back: 'Back to the desk',
  figures: 'Six figures',
  live: 'Just now',
}
