import { useState } from 'react'
import type { ReactElement } from 'react'

import { fieldError, formError } from '../../lib/form-error'
import { formatDate } from '../../lib/format'
import { useAddMember, useMembers } from '../../query/projects'
import type { NewMember } from '../../query/projects'
import type { Member } from '../../query/types'
import { Button, PasswordInput, TextInput } from '../../ui/controls'
import { Dialog } from '../../ui/dialog'
import { Icon } from '../../ui/icons'
import { Card } from '../../ui/layout'
import { Avatar } from '../../ui/person'
import { ErrorState, LoadingRows } from '../../ui/states'
import styles from './settings.module.css'

const LEVELS: Record<number, string> = { 1: 'Member', 8: 'Administrator', 15: 'Owner' }

const EMPTY: NewMember = { email: '', first_name: '', password: '' }

const FIELDS = [
    { name: 'first_name', label: 'Name', secret: false },
    { name: 'email', label: 'E-mail', secret: false },
    { name: 'password', label: 'First password', secret: true },
] as const

function AddMember({ projectId, onClose }: { projectId: string; onClose: () => void }): ReactElement {
    const add = useAddMember(projectId)
    const [input, setInput] = useState(EMPTY)
    const error = formError(add.error, ['email', 'first_name', 'password'])
    return (
        <Dialog onClose={onClose} title="Add a member">
            <form
                className={styles.once}
                onSubmit={(event) => {
                    event.preventDefault()
                    add.mutate(input, { onSuccess: onClose })
                }}
            >
                <p>They can read every project of the organization. Tell them the password; no mail is sent.</p>
                {error && <p role="alert">{error}</p>}
                {FIELDS.map(({ name, label, secret }, index) => {
                    const Input = secret ? PasswordInput : TextInput
                    return (
                        <Input
                            key={name}
                            label={label}
                            required
                            data-autofocus={index === 0 ? true : undefined}
                            autoComplete={secret ? 'new-password' : 'off'}
                            value={input[name]}
                            error={fieldError(add.error, name)}
                            onChange={(event) => {
                                const { value } = event.currentTarget
                                setInput((old) => ({ ...old, [name]: value }))
                            }}
                        />
                    )
                })}
                <Button type="submit" loading={add.isPending}>
                    Add
                </Button>
            </form>
        </Dialog>
    )
}

function MemberItem({ member }: { member: Member }): ReactElement {
    const title = member.first_name || member.email
    return (
        <li className={styles.item}>
            <span className={styles.member}>
                <Avatar title={title} size={36} />
                <span>
                    <span className={styles.itemName}>{title}</span>
                    <br />
                    <span className={styles.meta}>{member.email}</span>
                </span>
            </span>
            <span className={styles.meta}>
                {LEVELS[member.level ?? 1] ?? 'Member'} since {formatDate(member.joined_at)}
            </span>
        </li>
    )
}

export function MembersSection({ projectId }: { projectId: string }): ReactElement {
    const members = useMembers(projectId)
    const [adding, setAdding] = useState(false)
    return (
        <Card
            title="Members"
            actions={
                <Button
                    variant="default"
                    size="xs"
                    leftSection={<Icon name="plus" size={15} />}
                    onClick={() => {
                        setAdding(true)
                    }}
                >
                    Add member
                </Button>
            }
        >
            {members.isPending && <LoadingRows label="Loading members" rows={2} />}
            {members.error && (
                <ErrorState
                    title="The members could not be loaded"
                    error={members.error}
                    onRetry={() => void members.refetch()}
                />
            )}
            <ul className={styles.items}>
                {members.data?.map((member) => (
                    <MemberItem key={member.id} member={member} />
                ))}
            </ul>
            {adding && (
                <AddMember
                    projectId={projectId}
                    onClose={() => {
                        setAdding(false)
                    }}
                />
            )}
        </Card>
    )
}
