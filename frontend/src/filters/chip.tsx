import type { ReactElement, ReactNode } from 'react'

import { Icon } from '../ui/icons'
import styles from './filters.module.css'

interface ChipProps {
    children: ReactNode
    removeLabel: string
    onRemove: () => void
}

/** An active filter with a way to take it off. */
export function FilterChip({ children, removeLabel, onRemove }: ChipProps): ReactElement {
    return (
        <span className={styles.chip}>
            <span className={styles.chipText}>{children}</span>
            <button type="button" className={styles.chipClose} aria-label={removeLabel} onClick={onRemove}>
                <Icon name="close" size={14} />
            </button>
        </span>
    )
}
