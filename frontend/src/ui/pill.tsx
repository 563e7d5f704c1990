import type { ComponentPropsWithRef, ReactElement } from 'react'

import { describeLabel, labelText, labelTone, SPEAKER_NAMES } from '../lib/labels'
import type { LabelEntry } from '../lib/labels'
import { VisuallyHidden } from './controls'
import { Icon } from './icons'
import styles from './pill.module.css'

interface LabelProps {
    name: string
    value: LabelEntry['value']
    /** Say whose message the label is about, where the place does not show it. */
    withSpeaker?: boolean
}

function PillContent({ name, value, withSpeaker }: LabelProps): ReactElement {
    const { speaker, title } = describeLabel(name)
    return (
        <>
            {labelTone(name, value) === 'warning' && <Icon name="warning" size={13} />}
            {withSpeaker && speaker && (
                <span className={styles.speaker} aria-hidden="true">
                    {SPEAKER_NAMES[speaker]}
                </span>
            )}
            <VisuallyHidden>{title}: </VisuallyHidden>
            <span>{labelText(name, value)}</span>
        </>
    )
}

export function LabelPill(props: LabelProps): ReactElement {
    return (
        <span className={styles.pill} data-tone={labelTone(props.name, props.value)}>
            <PillContent {...props} />
        </span>
    )
}

type ButtonProps = LabelProps & Omit<ComponentPropsWithRef<'button'>, keyof LabelProps>

export function LabelButton({ name, value, withSpeaker, children, className, ...rest }: ButtonProps): ReactElement {
    return (
        <button
            type="button"
            {...rest}
            className={[styles.pill, className].filter(Boolean).join(' ')}
            data-tone={labelTone(name, value)}
        >
            <PillContent name={name} value={value} withSpeaker={withSpeaker} />
            {children}
        </button>
    )
}
