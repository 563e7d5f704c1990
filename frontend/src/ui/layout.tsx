import { useEffect } from 'react'
import type { ReactElement, ReactNode } from 'react'

import styles from './layout.module.css'

interface PageProps {
    title: string
    /** Shown instead of the title; the title still names the browser tab. */
    heading?: ReactNode
    lead?: ReactNode
    wide?: boolean
    children: ReactNode
}

export function Page({ title, heading, lead, wide = false, children }: PageProps): ReactElement {
    useEffect(() => {
        document.title = `${title} · PostHog-LLM`
    }, [title])
    return (
        <div className={styles.page} data-wide={wide}>
            <header className={styles.header}>
                <div className={styles.heading}>
                    <h1>{heading ?? title}</h1>
                    {lead && <p className={styles.lead}>{lead}</p>}
                </div>
            </header>
            {children}
        </div>
    )
}

interface CardProps {
    title?: ReactNode
    actions?: ReactNode
    flush?: boolean
    label?: string
    children: ReactNode
}

export function Card({ title, actions, flush = false, label, children }: CardProps): ReactElement {
    return (
        <section className={styles.card} aria-label={label}>
            {(title ?? actions) && (
                <div className={styles.cardHeader}>
                    <h2>{title}</h2>
                    {actions && <Row>{actions}</Row>}
                </div>
            )}
            <div className={styles.cardBody} data-flush={flush}>
                {children}
            </div>
        </section>
    )
}

export function Row({ children }: { children: ReactNode }): ReactElement {
    return <div className={styles.row}>{children}</div>
}
