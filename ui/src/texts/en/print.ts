export const print = {
  title: 'Print',
}
