export const register = {
  title: '台账',
}
