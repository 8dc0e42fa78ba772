export const indicators = {
  title: 'Figures',
}
