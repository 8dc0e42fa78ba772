import { ref } from 'vue'

export const tourOn = ref(false)
