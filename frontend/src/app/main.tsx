import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { publishStyleNonce } from '../lib/csp'
import { createQueryClient } from '../query/client'
import { UiProvider } from '../ui/provider'
import { createAppRouter } from './router'

publishStyleNonce()

/** A session that ended while working leads to the login, and back to the same page afterwards. */
function onSignedOut(): void {
    const { pathname, href } = router.state.location
    if (pathname !== '/login') {
        void router.navigate({ to: '/login', search: { next: href } })
    }
}

const queryClient = createQueryClient(onSignedOut)
const router = createAppRouter(queryClient)

const root = document.getElementById('root')
if (root) {
    createRoot(root).render(
        <StrictMode>
            <UiProvider>
                <QueryClientProvider client={queryClient}>
                    <RouterProvider router={router} />
                </QueryClientProvider>
            </UiProvider>
        </StrictMode>,
    )
}
