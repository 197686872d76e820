import { Screen } from '../ui/page';
import { WindowList } from './window-list';

export default function Calendar() {
  return (
    <Screen title="Calendar">
      <WindowList />
    </Screen>
  );
}
