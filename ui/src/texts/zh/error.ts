export const error = {
  offline: '连不上县里的服务器',
  offlineDetail: '页面上已有的内容没有丢。请看网线或无线网，再试一次。',
  http: '服务器没有答应这个请求（{status}）',
  notJson: '服务器的回答读不懂',
  aborted: '已停下',
  notFound: '没有这个页面',
  notFoundDetail: '网址可能抄漏了一段。可以从左边的目录进入，或者按 Ctrl K 查找。',
  trace: '报修时请说这个编号：{trace}',
}
