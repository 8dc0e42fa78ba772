export const wall = {
  title: '总览',
  back: '回到桌面',
  figures: '六个数',
  live: '刚刚',
}
