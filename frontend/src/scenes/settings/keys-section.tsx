import { useState } from 'react'
import type { ReactElement } from 'react'

import { formatDate } from '../../lib/format'
import { usePersonalKeys, useRevokeKey } from '../../query/projects'
import type { PersonalKey } from '../../query/types'
import { Button } from '../../ui/controls'
import { Dialog } from '../../ui/dialog'
import { Icon } from '../../ui/icons'
import { Card, Row } from '../../ui/layout'
import { EmptyState, ErrorState, LoadingRows } from '../../ui/states'
import { NewKeyDialog } from './new-key'
import { describeScopes } from './scopes'
import styles from './settings.module.css'

function RevokeDialog({ apiKey, onClose }: { apiKey: PersonalKey; onClose: () => void }): ReactElement {
    const revoke = useRevokeKey()
    return (
        <Dialog onClose={onClose} title="Revoke this key?">
            <div className={styles.once}>
                <p>
                    Programs that use <strong>{apiKey.label}</strong> will be refused at once. This cannot be undone.
                </p>
                {revoke.error && <p role="alert">{revoke.error.message}</p>}
                <Row>
                    <Button
                        color="red"
                        loading={revoke.isPending}
                        onClick={() => {
                            revoke.mutate(apiKey.id, { onSuccess: onClose })
                        }}
                    >
                        Revoke
                    </Button>
                    <Button variant="default" onClick={onClose}>
                        Keep it
                    </Button>
                </Row>
            </div>
        </Dialog>
    )
}

function KeyItem({ apiKey, onRevoke }: { apiKey: PersonalKey; onRevoke: () => void }): ReactElement {
    const used = apiKey.last_used_at ? `last used ${formatDate(apiKey.last_used_at)}` : 'never used'
    return (
        <li className={styles.item}>
            <span>
                <span className={styles.itemName}>{apiKey.label}</span>
                <br />
                <span className={styles.meta}>
                    May: {describeScopes(apiKey.scopes)} · created {formatDate(apiKey.created_at)} · {used}
                </span>
            </span>
            <Button variant="default" size="xs" leftSection={<Icon name="trash" size={15} />} onClick={onRevoke}>
                Revoke<span hidden> {apiKey.label}</span>
            </Button>
        </li>
    )
}

function Keys({ onRevoke }: { onRevoke: (apiKey: PersonalKey) => void }): ReactElement {
    const keys = usePersonalKeys()
    return (
        <>
            {keys.isPending && <LoadingRows label="Loading keys" rows={2} />}
            {keys.error && (
                <ErrorState
                    title="The keys could not be loaded"
                    error={keys.error}
                    onRetry={() => void keys.refetch()}
                />
            )}
            {keys.data?.length === 0 && (
                <EmptyState icon="key" title="No keys yet">
                    Make one to query conversations and trends from a script.
                </EmptyState>
            )}
            <ul className={styles.items}>
                {keys.data?.map((apiKey) => (
                    <KeyItem
                        key={apiKey.id}
                        apiKey={apiKey}
                        onRevoke={() => {
                            onRevoke(apiKey)
                        }}
                    />
                ))}
            </ul>
        </>
    )
}

export function KeysSection(): ReactElement {
    const [creating, setCreating] = useState(false)
    const [revoking, setRevoking] = useState<PersonalKey | null>(null)
    return (
        <Card
            title="Personal API keys"
            actions={
                <Button
                    size="xs"
                    leftSection={<Icon name="plus" size={15} />}
                    onClick={() => {
                        setCreating(true)
                    }}
                >
                    New key
                </Button>
            }
        >
            <p className={styles.lead}>For programs that read: they act as you, within the scopes of the key.</p>
            <Keys onRevoke={setRevoking} />
            {creating && (
                <NewKeyDialog
                    onClose={() => {
                        setCreating(false)
                    }}
                />
            )}
            {revoking && (
                <RevokeDialog
                    apiKey={revoking}
                    onClose={() => {
                        setRevoking(null)
                    }}
                />
            )}
        </Card>
    )
}
