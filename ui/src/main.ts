import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router'
import { workOffline } from './offline/register'
import './theme/tokens.css'
import './theme/base.css'

createApp(App).use(router).mount('#app')
workOffline()
