export const palette = {
  title: '查找',
  placeholder: '输入名称、拼音首字母、编号或电话',
  pages: '页面',
  commands: '操作',
  registers: '台账',
  found: '找到 {n} 个',
  nothing: '没有找到「{q}」',
  nothingHint: '可以只写前两个字，或者写拼音首字母，如 ljw。',
  hint: '↑↓ 选择 · 回车 打开 · Esc 关闭',
  dark: '切换夜间',
  elder: '切换长辈版',
  english: 'Switch to English',
}
