export const day = {
  title: '我的一天',
  hello: '{name}，{day}',
  post: '{post} · {division}',
  visitor: '您以访客身份在看。右上角可以换一个身份体验。',
  waitingNone: '没有等着处理的事',
  changes: '最近的变更',
  changesLead: '{place}，新的在前',
  changesNone: '没有新的变更',
  figures: '我负责的数',
  new: '新',
  cards: '今天看点',
}
