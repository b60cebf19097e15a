import { Button, Code, Group, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { renderSVG } from 'uqr';
import { offeredSecondFactor, type OfferedSecondFactor } from '../../../protocol/api-access.ts';
import { ask, change } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { useSession } from '../session/Session.tsx';
import { Form } from '../parts/Form.tsx';
import { Panel } from '../parts/pages.tsx';
import { Refused } from '../parts/panels.tsx';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';

/** D6: off, being set up, or on. Every step asks for the password or a code: the session may have been left open by mistake. */
export function SecondFactor() {
  const { t } = useWords();
  const { secondFactor } = useSession();
  const [step, setStep] = useState<'rest' | 'password'>('rest');
  const [offered, setOffered] = useState<OfferedSecondFactor | null>(null);
  const client = useQueryClient();
  const done = async (): Promise<void> => {
    setOffered(null);
    setStep('rest');
    await client.invalidateQueries({ queryKey: keys.session });
  };
  return (
    <Panel title={t('account.factor')}>
      <Text>{t(secondFactor ? 'account.factorOn' : 'account.factorOff')}</Text>
      {offered !== null ? (
        <Confirm offered={offered} onDone={done} />
      ) : step === 'rest' ? (
        <div>
          <Button variant={secondFactor ? 'default' : 'filled'} onClick={() => setStep('password')}>
            {t(secondFactor ? 'account.turnOff' : 'account.setUp')}
          </Button>
        </div>
      ) : (
        <WithPassword isOn={secondFactor} onOffered={setOffered} onEnded={done} onCancel={() => setStep('rest')} />
      )}
    </Panel>
  );
}

interface WithPasswordProps {
  isOn: boolean;
  onOffered: (offered: OfferedSecondFactor) => void;
  onEnded: () => Promise<void>;
  onCancel: () => void;
}

function WithPassword({ isOn, onOffered, onEnded, onCancel }: WithPasswordProps) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const go = useMutation({
    mutationFn: async () => {
      if (isOn) {
        await change('POST', '/second-factor/off', { password });
        await onEnded();
      } else onOffered(await ask('/second-factor', offeredSecondFactor, { password }));
    },
  });
  return (
    <Form onSubmit={() => password !== '' && go.mutate()}>
      <PasswordField label={t('account.current')} kind="current" autoFocus value={password} onChange={setPassword} />
      <Refused error={go.error} />
      <Group gap="xs">
        <Button type="submit" loading={go.isPending} disabled={password === ''}>
          {t(isOn ? 'account.turnOff' : 'signUp.continue')}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </Group>
    </Form>
  );
}

/** Shows the key and recovery codes once. A first code proves that the app has the key. */
function Confirm({ offered, onDone }: { offered: OfferedSecondFactor; onDone: () => Promise<void> }) {
  const { t } = useWords();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => change('POST', '/second-factor/confirm', { code: code.trim() }),
    onSuccess: onDone,
  });
  return (
    <Form onSubmit={() => code.trim() !== '' && confirm.mutate()}>
      <Text>{t('account.scan')}</Text>
      <div className="rc-qr">
        <img src={`data:image/svg+xml,${encodeURIComponent(renderSVG(offered.uri))}`} alt={t('account.qr')} />
        <Code className="rc-code">{offered.secret}</Code>
      </div>
      <Text>{t('account.recovery')}</Text>
      <ul className="rc-recovery">
        {offered.recoveryCodes.map((recovery) => (
          <li key={recovery}>
            <Code className="rc-code">{recovery}</Code>
          </li>
        ))}
      </ul>
      <TextInput
        label={t('factor.codeShort')}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={16}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Refused error={confirm.error} />
      <div>
        <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
          {t('account.turnOn')}
        </Button>
      </div>
    </Form>
  );
}
