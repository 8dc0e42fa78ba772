export const form = {
  title: 'New record',
}
