export const tour = {
  title: '10-minute tour',
}
