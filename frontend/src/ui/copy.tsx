import type { ReactElement } from 'react'

import { ActionIcon, Tooltip, useClipboard } from './controls'
import { Icon } from './icons'
import styles from './copy.module.css'

interface CopyProps {
    text: string
    label: string
}

export function CopyButton({ text, label }: CopyProps): ReactElement {
    const clipboard = useClipboard({ timeout: 2000 })
    const name = clipboard.copied ? 'Copied' : label
    return (
        <Tooltip label={name}>
            <ActionIcon
                variant="default"
                size="md"
                aria-label={name}
                onClick={() => {
                    clipboard.copy(text)
                }}
            >
                <Icon name={clipboard.copied ? 'check' : 'copy'} size={16} />
            </ActionIcon>
        </Tooltip>
    )
}

/** One value that people carry elsewhere: a token, a key, an id. */
export function CopyField({ text, label }: CopyProps): ReactElement {
    return (
        <div className={styles.field}>
            <span className={styles.value}>{text}</span>
            <CopyButton text={text} label={label} />
        </div>
    )
}

export function CodeBlock({ text, label }: CopyProps): ReactElement {
    return (
        <div className={styles.block}>
            {/* A region that scrolls sideways must be reachable by keyboard. */}
            {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <pre className={styles.code} tabIndex={0} aria-label={label}>
                <code>{text}</code>
            </pre>
            <div className={styles.corner}>
                <CopyButton text={text} label="Copy code" />
            </div>
        </div>
    )
}
