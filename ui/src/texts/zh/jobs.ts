export const jobs = {
  title: '后台任务',
}
