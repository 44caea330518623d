namespace HeadlessPro.Tests.Support;
