/** Empty, failed and loading: each says what is so and what to do. */
import type { ReactElement, ReactNode } from 'react'

import { Button, Skeleton, VisuallyHidden } from './controls'
import { Icon } from './icons'
import type { IconName } from './icons'
import styles from './states.module.css'

interface StateProps {
    icon?: IconName
    title: string
    children?: ReactNode
    actions?: ReactNode
}

export function EmptyState({ icon = 'chat', title, children, actions }: StateProps): ReactElement {
    return (
        <div className={styles.state}>
            <span className={styles.icon}>
                <Icon name={icon} size={22} />
            </span>
            <h2>{title}</h2>
            {children && <div className={styles.text}>{children}</div>}
            {actions && <div className={styles.actions}>{actions}</div>}
        </div>
    )
}

interface ErrorProps {
    title: string
    error: Error
    onRetry?: () => void
}

export function ErrorState({ title, error, onRetry }: ErrorProps): ReactElement {
    return (
        <div className={styles.state} data-kind="error" role="alert">
            <span className={styles.icon}>
                <Icon name="warning" size={22} />
            </span>
            <h2>{title}</h2>
            <p className={styles.text}>{error.message}</p>
            {onRetry && (
                <div className={styles.actions}>
                    <Button variant="default" onClick={onRetry}>
                        Try again
                    </Button>
                </div>
            )}
        </div>
    )
}

interface LoadingProps {
    label: string
    rows?: number
    height?: number
    /** Away from the edges of a card that has no padding of its own. */
    inset?: boolean
}

export function LoadingRows({ label, rows = 6, height = 44, inset = false }: LoadingProps): ReactElement {
    return (
        <div className={styles.rows} data-inset={inset} role="status">
            <VisuallyHidden>{label}</VisuallyHidden>
            {Array.from({ length: rows }, (_, index) => (
                <Skeleton key={index} height={height} radius="md" />
            ))}
        </div>
    )
}
