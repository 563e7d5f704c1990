import '@fontsource-variable/inter/wght.css'
import './base.css'
import './tokens.css'
import './mantine.css'

import { MantineProvider } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

import { styleNonce } from '../lib/csp'
import { cssVariables, theme } from './theme'

export function UiProvider({ children }: { children: ReactNode }): ReactElement {
    return (
        <MantineProvider
            theme={theme}
            cssVariablesResolver={cssVariables}
            defaultColorScheme="auto"
            getStyleNonce={() => styleNonce() ?? ''}
        >
            {children}
        </MantineProvider>
    )
}
