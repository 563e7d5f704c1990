import { useEffect } from 'react'
import type { ReactElement, ReactNode } from 'react'

import styles from './auth-layout.module.css'
import { BrandMark } from './brand'

interface Props {
    title: string
    lead: ReactNode
    error: string | null
    children: ReactNode
    onSubmit: () => void
}

/** The two pages that a person sees before being signed in. */
export function AuthLayout({ title, lead, error, children, onSubmit }: Props): ReactElement {
    useEffect(() => {
        document.title = `${title} · PostHog-LLM`
    }, [title])
    return (
        <div className={styles.page}>
            <aside className={styles.side}>
                <div className={styles.brand}>
                    <BrandMark /> PostHog-LLM
                </div>
                <p className={styles.pitch}>From any number on a chart to the conversations behind it.</p>
                <p className={styles.note}>
                    Every message is read by models on this machine: emotion, toxicity, flow, topic, language. No text
                    leaves it.
                </p>
            </aside>
            <main className={styles.main}>
                <div className={styles.box}>
                    <h1>{title}</h1>
                    <p className={styles.lead}>{lead}</p>
                    <form
                        className={styles.form}
                        onSubmit={(event) => {
                            event.preventDefault()
                            onSubmit()
                        }}
                    >
                        {error && (
                            <p className={styles.error} role="alert">
                                {error}
                            </p>
                        )}
                        {children}
                    </form>
                </div>
            </main>
        </div>
    )
}
