import { Component, type ReactNode } from 'react';
import { asProblem, type Problem } from '../api/problem';
import { Failure } from './faces';

/** A screen that breaks says so; the navigation around it goes on. */
export class Stopped extends Component<{ children: ReactNode }, { problem: Problem | undefined }> {
  override state: { problem: Problem | undefined } = { problem: undefined };

  static getDerivedStateFromError(error: unknown): { problem: Problem } {
    return { problem: asProblem(error) };
  }

  override render(): ReactNode {
    if (this.state.problem !== undefined) {
      return <Failure problem={this.state.problem} onRetry={() => this.setState({ problem: undefined })} />;
    }
    return this.props.children;
  }
}
