export const day = {
  title: 'My day',
}
