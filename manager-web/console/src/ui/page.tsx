import { Breadcrumb, BreadcrumbItem, Content, Flex, FlexItem, PageSection, Title } from '@patternfly/react-core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';

/** A screen: its heading takes the focus on arrival, so that keyboard and screen reader start where the page does. */
export function Screen({
  title,
  above = [],
  status,
  actions,
  lead,
  children,
}: {
  title: string;
  above?: readonly { title: string; to: string }[];
  status?: ReactNode;
  actions?: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [pathname]);
  useEffect(() => {
    document.title = `${title} · Maintenance Manager`;
  }, [title]);
  return (
    <>
      <PageSection className="mm-head" hasBodyWrapper={false}>
        {above.length > 0 && (
          <Breadcrumb className="mm-breadcrumb">
            {above.map((step) => (
              <BreadcrumbItem key={step.to} render={({ className }) => (
                <Link className={className} to={step.to}>{step.title}</Link>
              )} />
            ))}
            <BreadcrumbItem isActive>{title}</BreadcrumbItem>
          </Breadcrumb>
        )}
        <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }} alignItems={{ default: 'alignItemsCenter' }}>
          <FlexItem>
            <Flex alignItems={{ default: 'alignItemsCenter' }} columnGap={{ default: 'columnGapMd' }}>
              <FlexItem>
                <Title headingLevel="h1" size="2xl" tabIndex={-1} ref={heading} className="mm-title">
                  {title}
                </Title>
              </FlexItem>
              {status !== undefined && <FlexItem>{status}</FlexItem>}
            </Flex>
          </FlexItem>
          {actions !== undefined && <FlexItem>{actions}</FlexItem>}
        </Flex>
        {lead !== undefined && <Content className="mm-lead">{lead}</Content>}
      </PageSection>
      <PageSection hasBodyWrapper={false} className="mm-body" isFilled>
        {children}
      </PageSection>
    </>
  );
}
