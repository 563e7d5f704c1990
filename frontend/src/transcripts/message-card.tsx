import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import { formatDateTime, formatTime, plural } from '../lib/format'
import { isDoubled, sortLabels } from '../lib/labels'
import { propertyText } from '../lib/person'
import type { Feedback, Message } from '../query/types'
import { ActionIcon, Tooltip, useClipboard } from '../ui/controls'
import { Icon } from '../ui/icons'
import type { IconName } from '../ui/icons'
import { countDeceptive } from './invisible'
import { LabelMenu } from './label-menu'
import styles from './transcript.module.css'
import { UntrustedText } from './untrusted-text'

interface Props {
    projectId: string
    message: Message
    feedback: readonly Feedback[]
    matched: boolean
    /** Address of this message, for sharing. */
    link: string
}

interface ToolProps {
    icon: IconName
    label: string
    pressed?: boolean
    onClick: () => void
}

function Tool({ icon, label, pressed, onClick }: ToolProps): ReactElement {
    return (
        <Tooltip label={label}>
            <ActionIcon
                variant={pressed ? 'light' : 'subtle'}
                color={pressed ? undefined : 'gray'}
                size="sm"
                aria-label={label}
                aria-pressed={pressed}
                onClick={onClick}
            >
                <Icon name={icon} size={15} />
            </ActionIcon>
        </Tooltip>
    )
}

function CopyTool({ icon, label, text }: { icon: IconName; label: string; text: string }): ReactElement {
    const clipboard = useClipboard({ timeout: 1500 })
    return (
        <Tool
            icon={clipboard.copied ? 'check' : icon}
            label={clipboard.copied ? 'Copied' : label}
            onClick={() => {
                clipboard.copy(text)
            }}
        />
    )
}

/** What it means that a message has no labels. */
function withoutLabels({ judged, label_version: version, language }: Message): string {
    if (version === '') {
        return 'Labels on their way'
    }
    return judged ? 'No labels' : `Not judged (language: ${language || 'unknown'})`
}

export function MessageLabels({ projectId, message }: Pick<Props, 'projectId' | 'message'>): ReactElement {
    const labels = sortLabels(Object.entries(message.labels)).filter(([name]) => !isDoubled(name, message.labels))
    if (labels.length === 0) {
        return <p className={`${styles.labels ?? ''} ${styles.unsaid ?? ''}`}>{withoutLabels(message)}</p>
    }
    return (
        <ul className={styles.labels} aria-label="Labels">
            {labels.map(([name, entry]) => (
                <li key={name}>
                    <LabelMenu projectId={projectId} name={name} entry={entry} />
                </li>
            ))}
        </ul>
    )
}

export function feedbackText({ name, value, text }: Feedback): string {
    const rating = value === null || value === undefined ? '' : propertyText(value)
    const parts = [name ?? '', rating, text ?? ''].filter((part) => part !== '')
    return parts.join(': ') || 'Feedback without a text'
}

export function FeedbackNote({ feedback }: { feedback: Feedback }): ReactElement {
    return (
        <div className={styles.feedback}>
            <Icon name="thumb" size={16} />
            <span>
                <strong>Feedback</strong> <span className={styles.time}>{formatDateTime(feedback.timestamp)}</span>
                <br />
                {feedbackText(feedback)}
            </span>
        </div>
    )
}

interface HiddenProps {
    text: string
    raw: boolean
    onShow: (raw: boolean) => void
}

/** Says that a text is not what it looks like. */
function HiddenNote({ text, raw, onShow }: HiddenProps): ReactElement | null {
    const hidden = useMemo(() => countDeceptive(text), [text])
    if (hidden === 0 || raw) {
        return null
    }
    return (
        <p className={styles.hidden}>
            <Icon name="warning" size={14} />
            {plural(hidden, 'hidden character')} {hidden === 1 ? 'changes' : 'change'} how this reads.
            <button
                type="button"
                onClick={() => {
                    onShow(true)
                }}
            >
                Show every character
            </button>
        </p>
    )
}

export function MessageCard({ projectId, message, feedback, matched, link }: Props): ReactElement {
    const [raw, setRaw] = useState(false)
    const user = message.role === 'user'
    const speaker = user ? 'User' : 'Assistant'
    return (
        <article
            className={styles.message}
            data-speaker={user ? 'user' : 'agent'}
            data-matched={matched}
            data-event={message.event_uuid}
            tabIndex={-1}
            aria-label={`${speaker}, ${formatDateTime(message.timestamp)}${matched ? ', matched' : ''}`}
        >
            <header className={styles.head}>
                <span className={styles.speaker}>{speaker}</span>
                <time className={styles.time} dateTime={message.timestamp} title={formatDateTime(message.timestamp)}>
                    {formatTime(message.timestamp)}
                </time>
                {matched && <span className={styles.matched}>matched</span>}
                <span className={styles.tools}>
                    <Tool
                        icon="code"
                        label={raw ? 'Show as text' : 'Show every character'}
                        pressed={raw}
                        onClick={() => {
                            setRaw(!raw)
                        }}
                    />
                    <CopyTool icon="copy" label="Copy text" text={message.content} />
                    <CopyTool icon="link" label="Copy link to this message" text={link} />
                </span>
            </header>
            {message.content === '' && !raw ? (
                <p className={styles.unsaid}>Empty message</p>
            ) : (
                <UntrustedText text={message.content} raw={raw} />
            )}
            <HiddenNote text={message.content} raw={raw} onShow={setRaw} />
            <MessageLabels projectId={projectId} message={message} />
            {feedback.map((item) => (
                <FeedbackNote key={item.event_uuid} feedback={item} />
            ))}
        </article>
    )
}
