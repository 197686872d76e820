import { Component, type ReactNode } from 'react';
import { asProblem, Problem } from '../api/problem';
import { Failure } from './faces';

/** A screen that breaks says so; the navigation around it goes on. */
export class Stopped extends Component<{ children: ReactNode }, { problem: Problem | undefined }> {
  override state: { problem: Problem | undefined } = { problem: undefined };

  static getDerivedStateFromError(error: unknown): { problem: Problem } {
    // A screen is fetched when it is opened first.
    const notFetched = error instanceof TypeError && error.message.includes('imported module');
    return { problem: notFetched ? Problem.unreachable(error) : asProblem(error) };
  }

  private readonly again = (): void => {
    if (this.state.problem?.status === 0) {
      // What could not be fetched stays so until the page is loaded anew.
      location.reload();
    } else {
      this.setState({ problem: undefined });
    }
  };

  override render(): ReactNode {
    if (this.state.problem !== undefined) {
      return <Failure problem={this.state.problem} onRetry={this.again} />;
    }
    return this.props.children;
  }
}
