export const register = {
  title: 'Registers',
}
