import type { ReactElement } from 'react'

import styles from './charts.module.css'
import { colorOf, symbolOf } from './palette'
import type { Scheme, SymbolName } from './palette'

const SHAPES: Record<SymbolName, string> = {
    circle: 'M5 0.6a4.4 4.4 0 1 1 0 8.8a4.4 4.4 0 1 1 0-8.8Z',
    rect: 'M1 1h8v8H1Z',
    triangle: 'M5 0.8 9.6 9H0.4Z',
    diamond: 'M5 0.2 9.8 5 5 9.8 0.2 5Z',
}

/** The colour and the shape of a series, as its points carry them. */
export function SeriesMark({ look, scheme }: { look: number; scheme: Scheme }): ReactElement {
    return (
        <svg className={styles.mark} width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
            <path d={SHAPES[symbolOf(look)]} fill={colorOf(look, scheme)} />
        </svg>
    )
}
