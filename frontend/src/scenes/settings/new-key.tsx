import { useState } from 'react'
import type { ReactElement } from 'react'

import { fieldError, formError } from '../../lib/form-error'
import { useCreateKey } from '../../query/projects'
import { Button, Checkbox, TextInput } from '../../ui/controls'
import { CopyField } from '../../ui/copy'
import { Dialog } from '../../ui/dialog'
import { ALL_SCOPES, SCOPES } from './scopes'
import styles from './settings.module.css'

function ScopeChoice({ value, onChange }: { value: string[]; onChange: (scopes: string[]) => void }): ReactElement {
    const all = value.includes(ALL_SCOPES)
    return (
        <fieldset className={styles.scopes}>
            <legend>What the key may do</legend>
            {SCOPES.map((scope) => (
                <Checkbox
                    key={scope.value}
                    label={scope.label}
                    description={scope.description}
                    disabled={all}
                    checked={all || value.includes(scope.value)}
                    onChange={(event) => {
                        const others = value.filter((item) => item !== scope.value)
                        onChange(event.currentTarget.checked ? [...others, scope.value] : others)
                    }}
                />
            ))}
            <Checkbox
                label="Everything"
                description="All of the above and what comes later"
                checked={all}
                onChange={(event) => {
                    onChange(event.currentTarget.checked ? [ALL_SCOPES] : [])
                }}
            />
        </fieldset>
    )
}

function CreatedKey({ value, onClose }: { value: string; onClose: () => void }): ReactElement {
    return (
        <div className={styles.once}>
            <p>
                Copy the key now and keep it like a password. It is stored as a hash and{' '}
                <strong>cannot be shown again</strong>.
            </p>
            <CopyField text={value} label="Copy personal API key" />
            <Button onClick={onClose}>I have kept it</Button>
        </div>
    )
}

export function NewKeyDialog({ onClose }: { onClose: () => void }): ReactElement {
    const create = useCreateKey()
    const [label, setLabel] = useState('')
    const [scopes, setScopes] = useState<string[]>(['query:read'])
    const created = create.data?.value
    const error = formError(create.error, ['label'])
    return (
        <Dialog onClose={onClose} title="New personal API key">
            {created ? (
                <CreatedKey value={created} onClose={onClose} />
            ) : (
                <form
                    className={styles.once}
                    onSubmit={(event) => {
                        event.preventDefault()
                        create.mutate({ label, scopes })
                    }}
                >
                    {error && <p role="alert">{error}</p>}
                    <TextInput
                        label="What is it for?"
                        placeholder="Weekly report"
                        required
                        data-autofocus
                        value={label}
                        error={fieldError(create.error, 'label')}
                        onChange={(event) => {
                            setLabel(event.currentTarget.value)
                        }}
                    />
                    <ScopeChoice value={scopes} onChange={setScopes} />
                    <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>
                        Create key
                    </Button>
                </form>
            )}
        </Dialog>
    )
}
