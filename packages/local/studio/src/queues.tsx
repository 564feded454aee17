import { formatNumber } from "./format.ts";
import { useDepths } from "./parked-hooks.ts";
import { words } from "./words.ts";

/** What both queues hold, as far as SQS knows. */
export function Queues() {
  const depths = useDepths();
  const rows = [
    { name: words.parked.eventQueue, depth: depths?.events },
    { name: words.parked.deadLetterQueue, depth: depths?.deadLetters },
  ];
  const number = (n: number | undefined) => (n === undefined ? "–" : formatNumber(n));
  return (
    <>
      <table class="depths">
        <thead>
          <tr>
            <td />
            <th scope="col" class="number">
              {words.parked.waiting}
            </th>
            <th scope="col" class="number">
              {words.parked.inFlight}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, depth }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{number(depth?.waiting)}</td>
              <td class="number">{number(depth?.inFlight)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="rule">{words.parked.inFlightRule}</p>
    </>
  );
}
