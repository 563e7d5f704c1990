import type { CSSProperties, ReactElement } from 'react'

import { hueOf, initials } from '../lib/person'
import styles from './person.module.css'

const HUES = 5

export function Avatar({ title, size = 30 }: { title: string; size?: number }): ReactElement {
    return (
        <span
            className={styles.avatar}
            data-hue={hueOf(title, HUES)}
            style={{ '--size': `${size}px` } as CSSProperties}
            aria-hidden="true"
        >
            {initials(title)}
        </span>
    )
}
