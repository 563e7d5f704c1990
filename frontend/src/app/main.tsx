import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { publishStyleNonce } from '../lib/csp'
import { App } from './app'

publishStyleNonce()

const root = document.getElementById('root')
if (root) {
    createRoot(root).render(
        <StrictMode>
            <App />
        </StrictMode>,
    )
}
