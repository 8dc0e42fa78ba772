export const tour = {
  title: '体验 10 分钟',
  step: '第 {n} 站，共 {total} 站',
  next: '下一站',
  back: '上一站',
  skip: '先到这里',
  finish: '走完了',
  again: '从头走一遍',
  do: '请试一试',
  seen: '已看到',
  resume: '接着上次',
  goThere: '带我去',
  done: '八站走完了。下面可以自己随便看。',
}
