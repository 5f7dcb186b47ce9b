/** A linear regression as a PMML document: `intercept` plus the sum of coefficient times field. Its scores can be computed by hand. */
export function linearPmml(intercept: number, coefficients: Readonly<Record<string, number>>): Buffer {
  const fields = Object.keys(coefficients)
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
  <Header/>
  <DataDictionary>
    ${fields.map((name) => `<DataField name="${name}" optype="continuous" dataType="double"/>`).join('\n    ')}
    <DataField name="y" optype="continuous" dataType="double"/>
  </DataDictionary>
  <RegressionModel functionName="regression">
    <MiningSchema>
      ${fields.map((name) => `<MiningField name="${name}" missingValueTreatment="returnInvalid"/>`).join('\n      ')}
      <MiningField name="y" usageType="target"/>
    </MiningSchema>
    <RegressionTable intercept="${intercept}">
      ${Object.entries(coefficients)
        .map(([name, coefficient]) => `<NumericPredictor name="${name}" coefficient="${coefficient}"/>`)
        .join('\n      ')}
    </RegressionTable>
  </RegressionModel>
</PMML>
`)
}
