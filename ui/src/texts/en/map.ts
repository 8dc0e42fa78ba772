export const map = {
  title: 'One map',
}
