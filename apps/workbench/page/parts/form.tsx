import type { JSX } from 'preact';
import type { Inputs, InputSpec, ScenarioInfo } from '../../src/protocol';

interface FormProps {
  readonly scenario: ScenarioInfo;
  readonly inputs: Inputs;
  readonly running: boolean;
  readonly onChange: (name: string, value: string) => void;
  readonly onRun: () => void;
  readonly onCancel: () => void;
}

/** The scenario's inputs, Run and Cancel. Enter in a field starts the run. */
export function Form({
  scenario,
  inputs,
  running,
  onChange,
  onRun,
  onCancel,
}: FormProps): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!running) onRun();
  };
  return (
    <form class="inputs" onSubmit={submit}>
      {scenario.inputs.map((spec) => (
        <label key={spec.name}>
          <span>{spec.label}</span>
          <Field
            spec={spec}
            value={inputs[spec.name] ?? ''}
            onChange={(value) => onChange(spec.name, value)}
          />
        </label>
      ))}
      <button type="submit" class="run" aria-disabled={running}>
        {running ? 'Running…' : 'Run'}
      </button>
      {running && (
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      )}
    </form>
  );
}

function Field({
  spec,
  value,
  onChange,
}: {
  readonly spec: InputSpec;
  readonly value: string | number;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const { name, type, min, max, maxLength, choices } = spec;
  if (choices) {
    return (
      <select name={name} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  const common = {
    name,
    value,
    required: true,
    autocomplete: 'off',
    spellcheck: false,
    onInput: (event: { currentTarget: HTMLInputElement }) => onChange(event.currentTarget.value),
  };
  return type === 'number' ? (
    <input {...common} type="number" min={min} max={max} />
  ) : (
    <input {...common} maxLength={maxLength} />
  );
}
