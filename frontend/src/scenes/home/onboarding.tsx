import { useState } from 'react'
import type { ReactElement } from 'react'

import { CodeBlock, CopyField } from '../../ui/copy'
import { SegmentedControl } from '../../ui/controls'
import { Card } from '../../ui/layout'
import styles from './home.module.css'
import { LANGUAGES, snippet } from './snippets'
import type { Language } from './snippets'

export function Onboarding({ token }: { token: string }): ReactElement {
    const [language, setLanguage] = useState<Language>('python')
    return (
        <div className={styles.onboarding}>
            <Card title="Send your first event">
                <div className={styles.gap}>
                    <SegmentedControl
                        size="xs"
                        aria-label="Language"
                        value={language}
                        data={LANGUAGES.map(({ value, label }) => ({ value, label }))}
                        onChange={(value) => {
                            setLanguage(value)
                        }}
                    />
                </div>
                <CodeBlock label={`Example in ${language}`} text={snippet(language, token, window.location.origin)} />
            </Card>
            <Card label="Status">
                <p className={styles.waiting} role="status">
                    <span className={styles.pulse} aria-hidden="true" />
                    Waiting for the first event
                </p>
                <ol className={styles.steps}>
                    <li>Run the example. It already has this project’s token and this server’s address.</li>
                    <li>Within seconds this page shows the conversation, with its labels.</li>
                    <li>
                        Then send your own: any of PostHog’s SDKs works, with <code>$ai_generation</code> or{' '}
                        <code>llm-task</code> events.
                    </li>
                </ol>
                <h3 style={{ margin: '18px 0 6px' }}>Project token</h3>
                <CopyField label="Copy project token" text={token} />
            </Card>
        </div>
    )
}
