export const indicators = {
  title: '指标',
}
