// Before the first paint: the reader's own light, letter size and language, so that nothing flashes.
;(function () {
  var root = document.documentElement
  var kept = {}
  try {
    kept = JSON.parse(localStorage.getItem('sangzi.look') || '{}')
  } catch (_) {
    kept = {}
  }
  var light = kept.light || 'system'
  var dark = light === 'dark' || (light === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.light = dark ? 'dark' : 'paper'
  root.dataset.size = kept.size || 'office'
  root.lang = kept.lang === 'en' ? 'en' : 'zh-CN'
})()
