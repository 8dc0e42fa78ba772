import { createApp } from 'vue'
import App from './App.vue'
import { packs } from './packs/table'
import { installPacks } from './state/packs'
import { router } from './router'
import { workOffline } from './offline/register'
import './theme/tokens.css'
import './theme/base.css'

installPacks(packs)
createApp(App).use(router).mount('#app')
workOffline()
