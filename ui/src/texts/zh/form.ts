export const form = {
  title: '新建',
}
