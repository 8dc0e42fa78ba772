export const palette = {
  title: 'Find',
  placeholder: 'Name, pinyin initials, code or phone',
  pages: 'Pages',
  commands: 'Commands',
  registers: 'Registers',
  found: '{n} found',
  nothing: 'Nothing found for “{q}”',
  nothingHint: 'Try the first two characters, or pinyin initials such as ljw.',
  hint: '↑↓ choose · Enter open · Esc close',
  dark: 'Switch dark',
  elder: 'Switch large letters',
  english: '切换到中文',
}
